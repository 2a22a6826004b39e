// What people do on the pages, in the words of the pages.

import { expect, type Locator, type Page } from "@playwright/test";

/** Presses a button that asks first, types the name it wants, and confirms. Gives the dialog before that. */
export async function confirm(page: Page, button: string, verb: string, typed: string): Promise<void> {
  const dialog = await ask(page, button);
  await dialog.getByLabel(`Type ${typed} to confirm`).fill(typed);
  await dialog.getByRole("button", { name: verb, exact: true }).click();
  await expect(dialog).toBeHidden();
}

/** Presses a button that opens a dialog. */
export async function ask(page: Page, button: string): Promise<Locator> {
  await page.getByRole("button", { name: button, exact: true }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog).toBeVisible();
  return dialog;
}

/** Waits until the page says that the plan or list is in this state. */
export async function stands(page: Page, state: string): Promise<void> {
  await expect(page.locator(".page-facts .badge").first()).toHaveText(new RegExp(`${state}$`), { timeout: 30_000 });
}

/** Waits until the page is told of changes as they happen. */
export async function isLive(page: Page): Promise<void> {
  await expect(page.getByRole("banner").getByRole("status")).toContainText("Live");
}
