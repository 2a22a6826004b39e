// Whatever happens is seen everywhere it is shown, without asking: in another tab, in another browser, and when a command
// did it.

import { ask, isLive } from "./support/acts";
import { openCase } from "./support/avert";
import { expect, test } from "./support/test";

test("a second tab, another person's browser and the command line tell each other", async ({ folder, person }) => {
  await openCase(folder);
  const ines = await person("ines");
  const second = await ines.context().newPage();
  const omar = await person("omar");
  for (const page of [ines, second, omar]) {
    await page.goto("/#/cases/case-1");
    await isLive(page);
  }

  await ines.getByLabel("Write a note").fill("Seen by everybody");
  await ines.getByRole("button", { name: "Add the note" }).click();
  for (const page of [ines, second, omar]) {
    await expect(page.getByText("Seen by everybody")).toBeVisible();
  }

  await folder.run("--as", "ines", "takedown", "plan", "case-1");
  for (const page of [ines, second, omar]) {
    await expect(page.getByRole("link", { name: "Takedown tp-1" })).toBeVisible();
  }

  const freezing = await ask(second, "Freeze everything");
  await freezing.getByRole("textbox").first().fill("we look again");
  await freezing.getByRole("button", { name: /^Freeze/ }).click();
  for (const page of [ines, second, omar]) {
    await expect(page.getByText("we look again")).toBeVisible();
  }
});

test("signing out in one tab leaves nothing on the screen of the other", async ({ folder, person }) => {
  await openCase(folder);
  const ines = await person("ines");
  const second = await ines.context().newPage();
  for (const page of [ines, second]) {
    await page.goto("/#/cases/case-1");
    await expect(page.getByRole("heading", { name: "Friendly strangers" })).toBeVisible();
    await isLive(page);
  }
  await ines.locator("summary", { hasText: "ines" }).click();
  await ines.getByRole("button", { name: "Sign out" }).click();
  await expect(ines.getByLabel("Password")).toBeVisible();
  // The other is told at its next question.
  await second.getByRole("link", { name: "Takedowns" }).click();
  await expect(second.getByLabel("Password")).toBeVisible();
  await expect(second.getByText("Friendly strangers")).toBeHidden();
});
