// Measures the map of a large case in a browser that draws in software: how long until it is there, and how many frames a
// second while it is moved. `cargo xtask bench console` runs it; the mock gives it the map, so that only the console is
// measured. Writes pictures into the folder that is named, and one JSON object to standard output.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { chromium } from "@playwright/test";

const [folder = "."] = process.argv.slice(2);
const ACCOUNTS = 100_000;
const PORT = 8093;
const MOVED_MS = 4_000;
const RUNS = 3;

/** Notes when the picture of a map is drawn. */
function note() {
  window.drawn = [];
  const put = CanvasRenderingContext2D.prototype.putImageData;
  CanvasRenderingContext2D.prototype.putImageData = function (...words) {
    put.apply(this, words);
    window.drawn.push(performance.now());
  };
}

/** Moves the map at every frame, as a hand would, and gives when it was drawn. */
async function moved({ how, ms }) {
  const canvas = document.querySelector(".map-canvas");
  const box = canvas.getBoundingClientRect();
  const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
  const at = (turn) => ({
    clientX: x + 120 * Math.sin(turn),
    clientY: y + 90 * Math.cos(turn),
    pointerId: 1,
    button: 0,
    bubbles: true,
    cancelable: true,
  });
  canvas.setPointerCapture = () => {};
  window.drawn = [];
  const began = performance.now();
  if (how === "pan") {
    canvas.dispatchEvent(new PointerEvent("pointerdown", at(0)));
  }
  let frame = 0;
  while (performance.now() - began < ms) {
    frame += 1;
    canvas.dispatchEvent(
      how === "pan"
        ? new PointerEvent("pointermove", at(frame / 12))
        : new WheelEvent("wheel", { ...at(0), deltaY: 40 * Math.sign(Math.cos(frame / 25)) }),
    );
    await new Promise((settle) => requestAnimationFrame(settle));
  }
  if (how === "pan") {
    canvas.dispatchEvent(new PointerEvent("pointerup", at(frame / 12)));
  }
  const gaps = window.drawn.slice(1).map((moment, place) => moment - window.drawn[place]);
  gaps.sort((one, other) => one - other);
  return {
    frames_per_second: Math.round((window.drawn.length * 1_000) / (performance.now() - began)),
    slowest_of_twenty_ms: Math.round(gaps[Math.floor(gaps.length * 0.95)] ?? 0),
  };
}

const mock = spawn(process.execPath, [join(import.meta.dirname, "mock.mjs")], {
  env: { ...process.env, PORT: String(PORT), MANY: String(ACCOUNTS), WHO: "ines" },
  stdio: ["ignore", "pipe", "inherit"],
});
try {
  await once(mock.stdout, "data");
  const runs = [];
  for (let run = 0; run < RUNS; run += 1) {
    const browser = await chromium.launch({
      executablePath: process.env.AVERT_CHROMIUM ?? "/usr/bin/chromium",
      args: [...(process.getuid?.() === 0 ? ["--no-sandbox"] : []), "--disable-gpu", "--disable-dev-shm-usage"],
    });
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    await page.addInitScript(note);
    await page.goto(`http://localhost:${PORT}/#/cases/case-1`);
    await page.waitForFunction(() => window.drawn.length > 0);
    const first = await page.evaluate(() => window.drawn[0]);
    await page.locator(".explorer").evaluate((element) => element.scrollIntoView());
    await page.screenshot({ path: join(folder, "console-whole.png") });
    const pan = await page.evaluate(moved, { how: "pan", ms: MOVED_MS });
    const zoom = await page.evaluate(moved, { how: "zoom", ms: MOVED_MS });
    await page.getByRole("button", { name: "All", exact: true }).click();
    for (let step = 0; step < 5; step += 1) {
      await page.getByRole("button", { name: "Zoom in" }).click();
    }
    await page.screenshot({ path: join(folder, "console-near.png") });
    const near = await page.evaluate(moved, { how: "pan", ms: MOVED_MS });
    const shown = await page.getByText(/accounts and .* ties shown/).textContent();
    runs.push({
      shown,
      first_picture_seconds: Math.round(first / 10) / 100,
      pan,
      zoom,
      pan_near: near,
      browser: browser.version(),
    });
    await browser.close();
  }
  process.stdout.write(`${JSON.stringify(runs)}\n`);
} finally {
  mock.kill();
}
