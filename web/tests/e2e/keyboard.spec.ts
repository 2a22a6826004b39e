// An approver who uses no mouse: from signing in to the yes.

import type { Page } from "@playwright/test";
import { stands } from "./support/acts";
import { PASSWORD, submitted } from "./support/avert";
import { expect, test } from "./support/test";

/** Goes on with Tab until what has the keyboard is called this. */
async function tabTo(page: Page, name: string | RegExp): Promise<void> {
  const wanted = page.getByRole("button", { name, exact: true }).or(page.getByLabel(name));
  for (let stops = 0; stops < 80; stops += 1) {
    await page.keyboard.press("Tab");
    if ((await wanted.and(page.locator(":focus")).count()) > 0) {
      await expect(wanted.and(page.locator(":focus"))).toHaveCSS("outline-style", "solid");
      return;
    }
  }
  throw new Error(`no Tab leads to ${name}`);
}

test("a plan is found, read and approved by keyboard alone", async ({ folder, nobody }) => {
  await submitted(folder);
  const omar = await nobody();
  const keys = omar.keyboard;
  await omar.goto("/");
  // The name has the keyboard already.
  await expect(omar.getByLabel("Name")).toBeFocused();
  await keys.type("omar");
  await keys.press("Tab");
  await keys.type(PASSWORD);
  await keys.press("Enter");
  await expect(omar.getByRole("heading", { name: "Today" })).toBeVisible();

  // j goes to the first row: the plan that waits for him.
  await expect(omar.getByRole("link", { name: "Approve tp-1" })).toBeVisible();
  await keys.press("j");
  await expect(omar.getByRole("link", { name: "Approve tp-1" })).toBeFocused();
  await keys.press("Enter");
  await stands(omar, "in review");
  await expect(omar.getByRole("heading", { name: "Takedown tp-1" })).toBeFocused();

  // He reads why about one account, and comes back.
  await keys.press("j");
  await keys.press("j");
  await keys.press("Enter");
  await expect(omar.getByRole("heading", { name: "Friendly strangers" })).toBeVisible();
  await keys.press("Control+k");
  await keys.type("tp-1");
  await keys.press("Enter");
  await stands(omar, "in review");

  // No single key approves: a dialog asks for the plan's name.
  await tabTo(omar, "Approve…");
  await keys.press("Enter");
  const dialog = omar.getByRole("dialog");
  await expect(dialog.getByRole("heading", { name: "Approve tp-1" })).toBeFocused();
  await keys.press("Escape");
  await expect(dialog).toBeHidden();
  await expect(omar.getByRole("button", { name: "Approve…" })).toBeFocused();
  await keys.press("Enter");
  await tabTo(omar, "Type tp-1 to confirm");
  await keys.type("tp-1");
  await keys.press("Enter");
  await expect(dialog).toBeHidden();
  await stands(omar, "approved");
});

test("single keys can be switched off, and are told of", async ({ person }) => {
  const omar = await person("omar");
  await omar.goto("/");
  await expect(omar.getByRole("heading", { name: "Today" })).toBeVisible();
  await omar.keyboard.press("?");
  await expect(omar.getByRole("dialog", { name: "Keys" })).toBeVisible();
  await omar.keyboard.press("Escape");
  await omar.keyboard.press("g");
  await omar.keyboard.press("s");
  await expect(omar.getByRole("heading", { name: "Settings" })).toBeVisible();
  await omar.getByLabel(/Single keys/).uncheck();
  await omar.keyboard.press("Escape");
  await omar.locator("h1").focus();
  await omar.keyboard.press("g");
  await omar.keyboard.press("t");
  await omar.keyboard.press("?");
  await expect(omar.getByRole("dialog")).toBeHidden();
  await expect(omar.getByRole("heading", { name: "Settings" })).toBeVisible();
});
