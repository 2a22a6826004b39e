// Approvals that are signed with a passkey, which Chromium's virtual authenticator holds.

import type { Page } from "@playwright/test";
import { ask, confirm, stands } from "./support/acts";
import { submitted } from "./support/avert";
import { expect, test } from "./support/test";

/** Gives a page a device that makes passkeys, and whose owner always says yes. */
async function device(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send("WebAuthn.enable");
  await session.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
}

test("where signatures are required, a passkey that avert.toml names approves and nothing else does", async ({
  folder,
  person,
}) => {
  await submitted(folder);
  folder.change("avert.toml", 'signatures = "names"', 'signatures = "required"');
  const omar = await person("omar");
  await device(omar);

  // Without a passkey he is refused, and told what to do.
  await omar.goto("/#/takedowns/tp-1");
  await stands(omar, "in review");
  const without = await ask(omar, "Approve…");
  await expect(without.getByText("avert.toml gives omar no passkey for this page").first()).toBeVisible();
  await without.getByLabel("Type tp-1 to confirm").fill("tp-1");
  await without.getByRole("button", { name: "Sign and approve" }).click();
  await expect(without.getByText(/gives omar no passkey/).first()).toBeVisible();
  await omar.keyboard.press("Escape");
  await stands(omar, "in review");

  // He makes one. It does not count yet: nobody gets rights from the console.
  await omar.goto("/#/settings/passkeys");
  await omar.getByRole("button", { name: "Add a passkey" }).click();
  const made = omar.getByRole("status").filter({ hasText: "The passkey is made." });
  await expect(made).toContainText("It does not count yet");
  const line = (await made.getByText(/^webauthn-es256 /).textContent()) ?? "";
  await expect(omar.getByRole("row", { name: /not yet: its line is not in avert.toml/ })).toBeVisible();

  // An operator puts its line where it belongs. Nothing is restarted.
  folder.change(
    "avert.toml",
    '[people.omar]\nroles = ["approver"]',
    `[people.omar]\nroles = ["approver"]\npasskeys = ["${line}"]`,
  );
  await omar.goto("/#/takedowns/tp-1");
  const signing = await ask(omar, "Approve…");
  await expect(signing.getByText("Your passkey signs this text:")).toBeVisible();
  await expect(signing.locator("pre")).toContainText("tp-1");
  await signing.getByLabel("Type tp-1 to confirm").fill("tp-1");
  await signing.getByRole("button", { name: "Sign and approve" }).click();
  await stands(omar, "approved");
  await expect(omar.getByRole("region", { name: "Who did what" })).toContainText("omar");

  // It counts: the plan may be carried out, and the command line says who signed.
  const rana = await person("rana");
  await rana.goto("/#/takedowns/tp-1");
  await confirm(rana, "Execute…", "Execute", "tp-1");
  await stands(rana, "executed");
});
