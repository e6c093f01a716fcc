import type { WatchBlock } from "../watch-blocks.js";

/** Keeps the page of `watchFolders` up to date: asks for the blocks of the view, and again when their logs grow. */
export function followExperiments(): void {
  const key = new URLSearchParams(location.search).get("key") ?? "";
  const element = (id: string) => document.getElementById(id)!;
  const shown = new Map<string, { digest: string; section: HTMLElement }>();
  let selected: string[] = [];
  let view = "";
  let isAsking = false;
  let isStale = true;

  const say = (text: string) => {
    element("state").textContent = text;
  };

  /** Scripts that come with HTML run only if they are made anew. */
  const fill = (section: HTMLElement, html: string) => {
    const open = [...section.querySelectorAll("details")].map(details => details.open);
    section.innerHTML = html;
    for (const old of section.querySelectorAll("script")) {
      const script = document.createElement("script");
      script.text = old.text;
      old.replaceWith(script);
    }
    section.querySelectorAll("details").forEach((details, i) => {
      details.open = open[i] ?? details.open;
    });
  };

  /** Someone reads or filters questions there: what is new waits for a click. */
  const isInUse = (section: HTMLElement) =>
    section.contains(document.activeElement) && section.querySelector("input[type=search]") !== null;

  const put = (blocks: readonly WatchBlock[]) => {
    const sections = blocks.map(({ name, digest, html }) => {
      const known = shown.get(name);
      const section = known?.section ?? document.createElement("section");
      if (html !== undefined && known && isInUse(section)) {
        if (!section.querySelector("button[data-update]")) {
          const button = document.createElement("button");
          button.dataset.update = "";
          button.textContent = "there is more: show it";
          button.onclick = () => {
            button.blur();
            (document.activeElement as HTMLElement | null)?.blur();
            shown.delete(name);
            section.remove();
            ask();
          };
          section.prepend(button);
        }
        return section;
      }
      shown.set(name, { digest, section });
      if (html !== undefined) fill(section, html);
      return section;
    });
    const main = element("blocks");
    const isSame =
      main.children.length === sections.length &&
      sections.every((section, i) => main.children[i] === section);
    if (!isSame) main.replaceChildren(...sections);
  };

  const ask = async () => {
    isStale = true;
    if (isAsking) return;
    isAsking = true;
    try {
      while (isStale) {
        isStale = false;
        const asked = view;
        const known = Object.fromEntries([...shown].map(([name, { digest }]) => [name, digest]));
        const response = await fetch(`/blocks?key=${encodeURIComponent(key)}`, {
          method: "POST",
          body: JSON.stringify({ view: asked, selected, known }),
        });
        if (!response.ok) throw new Error(await response.text());
        const { title, blocks } = (await response.json()) as { title: string; blocks: WatchBlock[] };
        if (asked !== view) {
          isStale = true;
          continue;
        }
        document.title = title === "soarlab" ? title : `${title} - soarlab`;
        element("title").textContent = title;
        put(blocks);
        say(`up to date at ${new Date().toLocaleTimeString()}`);
      }
    } catch (error) {
      say(`no answer: ${(error as Error).message}`);
    } finally {
      isAsking = false;
    }
  };

  const turn = () => {
    view = decodeURIComponent(location.hash.slice(1));
    shown.clear();
    element("blocks").replaceChildren();
    scrollTo(0, 0);
    ask();
  };

  window.addEventListener("hashchange", turn);
  document.addEventListener("change", event => {
    const folder = (event.target as HTMLElement).dataset?.compare;
    if (folder === undefined) return;
    selected = (event.target as HTMLInputElement).checked
      ? [...selected, folder]
      : selected.filter(other => other !== folder);
    ask();
  });
  const events = new EventSource(`/events?key=${encodeURIComponent(key)}`);
  events.onopen = () => ask();
  events.onmessage = () => ask();
  events.onerror = () => say("the server does not answer; trying again ...");
  turn();
}
