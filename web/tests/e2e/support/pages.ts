// Every page there is, on a platform where something stands on each.

import { expect, type Page } from "@playwright/test";
import { appeal, approve, type Folder, type Name, proposing, takenDown } from "./avert";

export interface Place {
  name: string;
  at: string;
  who: Name;
  /** A heading that is there once the page has what it shows. */
  heading: string | RegExp;
}

export const PLACES: Place[] = [
  { name: "today", at: "/#/", who: "omar", heading: "Open cases" },
  { name: "findings", at: "/#/findings", who: "ines", heading: "All findings" },
  { name: "finding", at: "/#/findings/FINDING", who: "ines", heading: "What it rests on" },
  { name: "cases", at: "/#/cases", who: "ines", heading: "Cases" },
  { name: "case", at: "/#/cases/case-1", who: "ines", heading: "What is done about it" },
  { name: "takedowns", at: "/#/takedowns", who: "rana", heading: "Takedowns" },
  { name: "takedown", at: "/#/takedowns/tp-1", who: "rana", heading: "Account by account" },
  { name: "notices", at: "/#/notices", who: "rana", heading: "Notices" },
  { name: "notice list", at: "/#/notices/nl-1", who: "omar", heading: "Person by person" },
  { name: "appeals", at: "/#/appeals", who: "omar", heading: "Appeals" },
  { name: "appeal", at: "/#/appeals/ap-1", who: "omar", heading: "What they say" },
  { name: "report", at: "/#/cases/case-1/report", who: "ines", heading: /report/i },
  { name: "journal", at: "/#/journal", who: "otto", heading: "Is it whole?" },
  { name: "settings", at: "/#/settings", who: "otto", heading: "Settings" },
  { name: "settings: passkeys", at: "/#/settings/passkeys", who: "omar", heading: "Your passkeys" },
  { name: "settings: people", at: "/#/settings/people", who: "otto", heading: "People" },
  { name: "settings: tokens", at: "/#/settings/tokens", who: "otto", heading: /tokens/i },
  { name: "settings: set-up", at: "/#/settings/setup", who: "otto", heading: "Platforms" },
];

/** Goes to a page, and waits until it shows what it is to show. */
export async function visit(page: Page, place: Place, folder: Folder): Promise<void> {
  const finding = place.at.includes("FINDING") ? ((await proposing(folder))[0]?.id ?? "") : "";
  await page.goto(place.at.replace("FINDING", finding));
  await expect(page.getByRole("heading", { name: place.heading }).first()).toBeVisible();
  await expect(page.getByText("Reading…")).toHaveCount(0);
}

/** Has something stand on every page. */
export async function fill(folder: Folder, title?: string): Promise<void> {
  await takenDown(folder, title);
  await folder.run("--as", "ines", "notify", "plan", "case-1");
  await approve(folder, "notify", "nl-1");
  const { steps } = await folder.json<{ steps: { account: string; phase: string }[] }>("takedown", "show", "tp-1");
  const account = steps.find((step) => step.phase === "done")?.account ?? "";
  await appeal(folder, account, "T-1", "My sister and I share a laptop. I am a teacher, and I have written to nobody.");
}
