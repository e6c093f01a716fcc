/** The end of an error about columns: how to say which one is meant. */
export function columnHint(role: string): string {
  return `Name the right one: columns: { ${role}: "..." }, or --${role} on the command line.`;
}
