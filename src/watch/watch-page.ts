import { htmlPage } from "../figures/page/html-page.js";
import { pageScript } from "../figures/page/page-data.js";
import { plotlyLoader } from "../figures/page/plotly-loader.js";
import { followExperiments } from "./browser/follow-experiments.js";

/** The page of `watchFolders`, empty until its script has asked for the blocks. */
export async function watchPage(): Promise<string> {
  const body = [
    `<header><nav><a href="#">all experiments</a></nav><p id="state" class="quiet" role="status">connecting ...</p></header>`,
    `<h1 id="title">soarlab</h1><main id="blocks"></main>`,
    await plotlyLoader(),
    pageScript([followExperiments], "followExperiments();"),
  ];
  return htmlPage({ title: "soarlab", body: body.join("\n") });
}
