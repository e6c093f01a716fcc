/**
 * Shows a stop button if there is a Jupyter server to ask: it interrupts the kernel, as the stop button of
 * the toolbar does. The request goes to the page's own server, so it also works through a tunnel or a hub.
 */
export function stopCell(id: string, kernelId: string): void {
  const element = document.getElementById(id);
  const config = document.getElementById("jupyter-config-data");
  if (!element || !config) return;
  const { baseUrl, token } = JSON.parse(config.textContent ?? "{}") as { baseUrl?: string; token?: string };
  const cookie = /(?:^|; )_xsrf=([^;]+)/.exec(document.cookie)?.[1] ?? "";
  const button = document.createElement("button");
  button.textContent = "stop";
  button.title = "ends what this cell does; run the cell again to resume";
  button.onclick = async () => {
    button.disabled = true;
    const answer = await fetch(`${baseUrl ?? "/"}api/kernels/${kernelId}/interrupt`, {
      method: "POST",
      headers: {
        "X-XSRFToken": decodeURIComponent(cookie),
        ...(token && { Authorization: `token ${token}` }),
      },
    });
    button.textContent = answer.ok ? "stopping" : `not stopped: the server answered ${answer.status}`;
  };
  element.replaceChildren(button);
}
