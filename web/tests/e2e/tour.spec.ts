// Takes the pictures of docs/tour, one a page, from a takedown that is under way. `cargo xtask tour` writes them there;
// otherwise they are only looked whether they can be taken.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { ask, isLive, stands } from "./support/acts";
import { appeal, approve, type Name, openCase, proposing } from "./support/avert";
import { visit } from "./support/pages";
import { smaller } from "./support/smaller";
import { expect, test } from "./support/test";

// The same picture on every day: the server's moments are moved to one, and the browser's clock stands an hour later.
const THEN = "2026-11-26T09:30:00Z";
const NOW = new Date("2026-11-26T10:30:00Z");
const A_MOMENT = /"20[2-9]\d-\d\d-\d\dT[\d:.]+Z"/g;
// As the report spells it.
const A_DAY = /\d+ [A-Z][a-z]+ 20[2-9]\d(, \d\d:\d\d UTC)?/g;
const THAT_DAY = "26 November 2026";

async function stopTheClock(page: Page): Promise<void> {
  await page.clock.setFixedTime(NOW);
  await page.route(/\/v1\/(?!events)/, async (route) => {
    const response = await route.fetch();
    const kind = response.headers()["content-type"] ?? "";
    const isText = /json|html/.test(kind);
    const body = isText
      ? (await response.text()).replaceAll(A_MOMENT, `"${THEN}"`).replaceAll(A_DAY, THAT_DAY)
      : undefined;
    await route.fulfill(body === undefined ? { response } : { response, body });
  });
}

test("every page has its picture", async ({ folder, person }, info) => {
  test.slow();
  const pictures = process.env.AVERT_TOUR ?? info.outputPath("tour");
  mkdirSync(pictures, { recursive: true });
  const take = async (page: Page, name: string) => {
    await expect(page.getByText("Reading…")).toHaveCount(0);
    await isLive(page);
    await page.evaluate(() => document.fonts.ready);
    const picture = await page.screenshot({ animations: "disabled", caret: "hide", scale: "css" });
    writeFileSync(join(pictures, `${name}.png`), smaller(picture));
  };
  const people = {} as Record<Name, Page>;
  for (const name of ["ines", "omar", "nora", "rana", "otto"] as const) {
    people[name] = await person(name);
    await stopTheClock(people[name]);
  }
  const { ines, omar, nora, rana, otto } = people;
  const finding = (await proposing(folder))[0];

  await visit(ines, { name: "finding", at: "/#/findings/FINDING", who: "ines", heading: "What it rests on" }, folder);
  await take(ines, "finding");
  await openCase(folder);
  await folder.run(
    "--as",
    "ines",
    "case",
    "note",
    "case-1",
    "All of them befriend people of two ministries. @omar, please look.",
  );
  await folder.run("--as", "ines", "takedown", "plan", "case-1");
  await folder.run("--as", "ines", "takedown", "submit", "tp-1");

  await omar.goto("/#/");
  await expect(omar.getByRole("link", { name: "Approve tp-1" })).toBeVisible();
  await take(omar, "today");
  const account = finding?.members.find((member) => member.proposed)?.account ?? "";
  await omar.goto(`/#/cases/case-1?account=${account}`);
  await expect(omar.getByRole("heading", { name: "Friendly strangers" })).toBeVisible();
  await omar.getByRole("region", { name: "The network" }).evaluate((region) => region.scrollIntoView());
  await take(omar, "case");
  await omar.goto("/#/takedowns/tp-1");
  await stands(omar, "in review");
  await expect(omar.getByRole("region", { name: "What it touches" })).toContainText("disable");
  await take(omar, "takedown");
  await ask(omar, "Approve…");
  await take(omar, "approve");

  await approve(folder, "takedown", "tp-1");
  await folder.run("--as", "rana", "takedown", "execute", "tp-1", "--execute");
  await folder.run("--as", "ines", "notify", "plan", "case-1");
  await rana.goto("/#/notices/nl-1");
  await stands(rana, "in review");
  await rana
    .getByRole("heading", { name: "As the person will see it" })
    .evaluate((heading) => heading.scrollIntoView());
  await take(rana, "notices");
  await appeal(
    folder,
    account,
    "T-1042",
    "My sister and I share a laptop. I teach at a school, and I have written to nobody.",
  );
  // Who approved the takedown decides no appeal against it.
  await nora.goto("/#/appeals/ap-1");
  await nora.getByLabel("Why (the person reads it)").fill("We looked again: the laptop is shared by two real people.");
  await nora.getByRole("button", { name: "Look at what it does…" }).click();
  await expect(nora.getByRole("dialog", { name: "Grant ap-1" })).toBeVisible();
  await take(nora, "appeal");
  await ines.goto("/#/cases/case-1/report");
  await expect(ines.frameLocator("iframe").getByText("Friendly strangers").first()).toBeVisible();
  await take(ines, "report");
  await otto.goto("/#/journal");
  await otto.getByRole("button", { name: "Check the chain" }).click();
  await expect(otto.getByText("The chain is whole:")).toBeVisible();
  await take(otto, "journal");
  await otto.goto("/#/settings/people");
  await expect(otto.getByRole("row", { name: /omar/ })).toBeVisible();
  await take(otto, "settings");
});
