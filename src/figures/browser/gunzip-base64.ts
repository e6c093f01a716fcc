/** Text that was compressed with gzip and written in base64. */
export async function gunzipBase64(packed: string): Promise<string> {
  const bytes = Uint8Array.from(atob(packed), char => char.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).text();
}
