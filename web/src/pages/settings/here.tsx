// What holds for this browser only.

import { KEYS } from "../../app/shortcuts";
import { store, useStored } from "../../app/stored";
import { chooseTheme, THEME, type Theme } from "../../app/theme";
import { Section } from "../../parts/page-head";

const THEMES: { word: Theme; words: string }[] = [
  { word: "system", words: "as the system has it" },
  { word: "light", words: "light" },
  { word: "dark", words: "dark" },
];

export function Here() {
  const theme = useStored(THEME, "system");
  const keys = useStored(KEYS, "on");
  return (
    <div className="two">
      <Section title="Looks">
        <fieldset className="pad stack tight">
          <legend>Colours</legend>
          {THEMES.map((one) => (
            <label key={one.word} className="check">
              <input type="radio" name="theme" checked={theme === one.word} onChange={() => chooseTheme(one.word)} />
              {one.words}
            </label>
          ))}
        </fieldset>
      </Section>
      <Section title="Keys">
        <div className="pad stack tight">
          <label className="check">
            <input
              type="checkbox"
              checked={keys === "on"}
              onChange={(event) => store(KEYS, event.target.checked ? "on" : "off")}
            />
            Single keys move, open and select (<kbd>?</kbd> lists them)
          </label>
          <p className="muted small">
            Switch them off if you dictate, or if your hands meet keys by accident. <kbd>Ctrl</kbd> <kbd>K</kbd> stays.
          </p>
        </div>
      </Section>
    </div>
  );
}
