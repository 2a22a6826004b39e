// A session that ends takes the page away, and nothing that was being written.

import type { Locator, Page } from "@playwright/test";
import { ask, confirm, isLive } from "./support/acts";
import { openCase, PASSWORD } from "./support/avert";
import { expect, test } from "./support/test";

/** Has an operator sign somebody out wherever they are signed in. */
async function signedOut(otto: Page, name: string): Promise<void> {
  await otto.goto("/#/settings/people");
  await confirm(otto, `Sign out… ${name}`, "Sign out everywhere", name);
}

/** Has a page hear that its session is over: by a click that the server refuses, unless it has heard of it by itself. */
async function hears(page: Page, button: Locator): Promise<void> {
  const password = page.getByLabel("Password");
  await expect(async () => {
    if (!(await password.isVisible())) {
      await button.click({ timeout: 2_000 });
    }
    await expect(password).toBeVisible({ timeout: 5_000 });
  }).toPass({ timeout: 30_000 });
}

async function signIn(page: Page, name: string): Promise<void> {
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

test("a note and a reason that were being written are there when whoever wrote them is back", async ({
  folder,
  person,
}) => {
  await openCase(folder);
  const ines = await person("ines");
  const otto = await person("otto");
  await ines.goto("/#/cases/case-1");
  await isLive(ines);
  await ines.getByLabel("Write a note").fill("All of them wrote to the same two");

  // In the middle of closing the case she is out: mostly the yes she gives is the first to hear of it.
  const closing = await ask(ines, "Close…");
  await closing.getByLabel("Why it is over").fill("They were students, asking for a survey");
  await closing.getByLabel("Type case-1 to confirm").fill("case-1");
  await signedOut(otto, "ines");
  await hears(ines, closing.getByRole("button", { name: "Close the case" }));
  await expect(ines.getByText("the same two")).toBeHidden();

  await signIn(ines, "ines");
  await expect(ines.getByLabel("Write a note")).toHaveValue("All of them wrote to the same two");
  const again = await ask(ines, "Close…");
  await expect(again.getByLabel("Why it is over")).toHaveValue("They were students, asking for a survey");
  await again.getByRole("button", { name: "Cancel" }).click();
  const third = await ask(ines, "Close…");
  await expect(third.getByLabel("Why it is over"), "whoever cancels drops the words").toHaveValue("");
});

test("nobody else is shown what somebody was writing, and whoever signs out drops it", async ({ folder, person }) => {
  await openCase(folder);
  const ines = await person("ines");
  const otto = await person("otto");
  await ines.goto("/#/cases/case-1");
  await isLive(ines);
  const note = ines.getByLabel("Write a note");
  await note.fill("What only ines may read");
  await signedOut(otto, "ines");
  await hears(ines, ines.getByRole("link", { name: "Takedowns" }));
  await signIn(ines, "omar");
  await ines.goto("/#/cases/case-1");
  await expect(note).toHaveValue("");
  expect(await ines.evaluate(() => JSON.stringify(window.sessionStorage))).not.toContain("only ines");

  await note.fill("What omar drops");
  await ines.locator("summary", { hasText: "omar" }).click();
  await ines.getByRole("button", { name: "Sign out" }).click();
  await signIn(ines, "omar");
  await expect(note).toHaveValue("");
});
