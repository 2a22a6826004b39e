// Dark or light: as the system has it, unless the person says otherwise.

import { store, stored } from "./stored";

export type Theme = "system" | "light" | "dark";
export const THEME = "avert.theme";

export function applyTheme(): void {
  const theme = stored(THEME, "system");
  if (theme === "light" || theme === "dark") {
    document.documentElement.dataset.theme = theme;
  } else {
    delete document.documentElement.dataset.theme;
  }
}

export function chooseTheme(theme: Theme): void {
  store(THEME, theme);
  applyTheme();
  window.dispatchEvent(new Event("themechange"));
}

/** The colours that canvases need, which stylesheets cannot reach. */
export function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

/** Calls when colours change; returns how to stop. */
export function onThemeChange(act: () => void): () => void {
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  system.addEventListener("change", act);
  window.addEventListener("themechange", act);
  return () => {
    system.removeEventListener("change", act);
    window.removeEventListener("themechange", act);
  };
}
