// From the first sign-in to undoing everything, by four people in four browsers who see one truth.

import { ask, confirm, isLive, stands } from "./support/acts";
import { Folder, PASSWORD } from "./support/avert";
import { expect, test } from "./support/test";

// Nobody has a password yet: the server prints a link for the operator.
test.use({
  folder: async ({ untouched }, use) => {
    const folder = new Folder(untouched);
    await use(folder);
    folder.remove();
  },
});

test("a network is found, taken down, its contacts told, and all of it undone", async ({ server, nobody }) => {
  test.slow();
  const accept = async (link: string) => {
    const page = await nobody();
    await page.goto(link);
    await page.getByLabel("Password, at least 12 characters").fill(PASSWORD);
    await page.getByLabel("The same again").fill(PASSWORD);
    await page.getByRole("button", { name: "Set the password and sign in" }).click();
    await expect(page.getByRole("heading", { name: "Today" })).toBeVisible();
    await isLive(page);
    return page;
  };

  // The operator comes in by the link that was printed, and invites the others.
  const otto = await accept(await server.link);
  expect(new URL(otto.url()).hash, "the link's secret does not stay in the address").toBe("#/");
  const invite = async (name: string) => {
    await otto.goto("/#/settings/people");
    await otto.getByRole("button", { name: `Invite… ${name}` }).click();
    const shown = otto.getByRole("dialog").getByText("/#/invitation/");
    const link = (await shown.textContent()) ?? "";
    await otto.getByRole("button", { name: "Close" }).click();
    return accept(link);
  };
  const ines = await invite("ines");
  const omar = await invite("omar");
  const rana = await invite("rana");

  // The investigator opens a case from what was found.
  await ines.getByRole("link", { name: /^Findings/ }).click();
  await ines.getByRole("checkbox", { name: "Select all" }).check();
  await ines.getByRole("button", { name: /^Open a case from 2 findings/ }).click();
  await ines.getByLabel("Title (may be left empty)").fill("Friendly strangers");
  await ines.getByRole("button", { name: "Open the case" }).click();
  await expect(ines.getByRole("heading", { name: "Friendly strangers" })).toBeVisible();
  await ines.getByLabel("Write a note").fill("All of them wrote to the same two offices. @omar, please look.");
  await ines.getByRole("button", { name: "Add the note" }).click();
  await expect(ines.locator(".mention")).toHaveText("@omar");

  // They draft a takedown, see what it would touch, and hand it to a second person.
  const drafting = await ask(ines, "Plan a takedown…");
  await drafting.getByRole("button", { name: "Draft the plan" }).click();
  await stands(ines, "draft");
  await expect(ines.getByRole("heading", { name: "What it touches" })).toBeVisible();
  await expect(ines.getByRole("button", { name: "Approve…" })).toBeHidden();
  const submitting = await ask(ines, "Submit…");
  await expect(submitting).toContainText("avert --as ines takedown submit tp-1");
  await submitting.getByRole("button", { name: "Submit", exact: true }).click();
  await stands(ines, "in review");
  await expect(ines.getByText("You wrote it: somebody else approves (nora and omar).")).toBeVisible();

  // The approver was told without asking, reads the plan, and approves exactly that.
  await omar.getByRole("link", { name: "Approve tp-1" }).click();
  await stands(omar, "in review");
  const approving = await ask(omar, "Approve…");
  await expect(approving.locator(".digest")).toHaveText(/^[0-9a-f]{64}$/);
  await expect(approving.getByRole("button", { name: "Approve", exact: true })).toBeDisabled();
  await approving.getByLabel("Type tp-1 to confirm").fill("tp-1");
  await approving.getByRole("button", { name: "Approve", exact: true }).click();
  await stands(omar, "approved");

  // The responder sees what would be done to whom, and does it; the others see it happen.
  await rana.goto("/#/takedowns/tp-1");
  await stands(rana, "approved");
  const executing = await ask(rana, "Execute…");
  await expect(executing).toContainText("avert --as rana takedown execute tp-1 --execute");
  await expect(executing.getByRole("group", { name: /account by account/ }).getByRole("row")).toHaveCount(23);
  await executing.getByLabel("Type tp-1 to confirm").fill("tp-1");
  await executing.getByRole("button", { name: "Execute", exact: true }).click();
  await stands(rana, "executed");
  await stands(ines, "executed");
  await stands(omar, "executed");

  // Everybody whom the network reached is told, in words that somebody else read first.
  await ines.goto("/#/cases/case-1");
  const listing = await ask(ines, "Plan notices…");
  await listing.getByRole("button", { name: "Write the list" }).click();
  await stands(ines, "in review");
  await omar.goto("/#/notices/nl-1");
  await expect(omar.getByRole("article").first()).toContainText("case-1");
  await confirm(omar, "Approve…", "Approve", "nl-1");
  await stands(omar, "approved");
  await rana.goto("/#/notices/nl-1");
  await confirm(rana, "Send…", "Send the notices", "nl-1");
  await stands(rana, "sent");

  // It was a mistake: everything is put back.
  await rana.goto("/#/takedowns/tp-1");
  await confirm(rana, "Reverse…", "Reverse", "tp-1");
  await stands(rana, "reversed");
  await expect(rana.getByRole("region", { name: "How it stands" })).toContainText("restored 19");

  // What was decided and done stands in the journal, and the chain is whole.
  await otto.goto("/#/journal");
  await otto.getByRole("button", { name: "Check the chain" }).click();
  await expect(otto.getByText("The chain is whole:")).toBeVisible();
  await expect(otto.getByRole("row", { name: /rana.*takedown\/reverse/ }).first()).toBeVisible();
});
