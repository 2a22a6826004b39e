// A table that can be sorted, walked with the keyboard, selected in, and that copes with very many rows.

import { type ReactNode, useEffect, useMemo, useRef, useState } from "react";
import { number } from "./words";

export interface Column<T> {
  name: string;
  /** What is sorted by; a column without it cannot be sorted. */
  by?: (row: T) => string | number;
  show: (row: T) => ReactNode;
  numeric?: boolean;
  /** Left out where there is little room. */
  aside?: boolean;
  /** Heard, not seen. */
  hideName?: boolean;
}

interface Props<T> {
  caption: string;
  rows: T[];
  columns: Column<T>[];
  keyOf: (row: T) => string;
  sortedBy?: string;
  descending?: boolean;
  selected?: ReadonlySet<string>;
  onSelect?: (keys: ReadonlySet<string>) => void;
  current?: string | null;
  /** Said of a row's checkbox. */
  nameOf?: (row: T) => string;
  more?: ReactNode;
  dense?: boolean;
}

const STEP = 200;
const ALPHABET = new Intl.Collator("en", { numeric: true });

export function Table<T>(props: Props<T>) {
  const { caption, rows, columns, keyOf, selected, onSelect, nameOf = keyOf } = props;
  const [sort, setSort] = useState({ name: props.sortedBy, descending: props.descending ?? false });
  const [shown, setShown] = useState(STEP);
  const [wrap, scrolls] = useScrolls();
  const sorted = useMemo(() => sortBy(rows, columns, sort), [rows, columns, sort]);
  const visible = sorted.length > shown ? sorted.slice(0, shown) : sorted;
  const allSelected = selected !== undefined && rows.length > 0 && rows.every((row) => selected.has(keyOf(row)));

  const toggle = (key: string) => {
    const next = new Set(selected);
    if (!next.delete(key)) {
      next.add(key);
    }
    onSelect?.(next);
  };
  const isSelectable = selected !== undefined && onSelect !== undefined;

  return (
    <div
      ref={wrap}
      className="table-wrap"
      {...(scrolls ? { role: "group", "aria-label": `${caption}, scrollable`, tabIndex: 0 } : {})}
    >
      <table className={props.dense ? "table dense" : "table"}>
        <caption className="only-heard">{caption}</caption>
        <thead>
          <tr>
            {isSelectable && (
              <th scope="col" className="pick">
                <input
                  type="checkbox"
                  aria-label="Select all"
                  checked={allSelected}
                  onChange={() => onSelect(allSelected ? new Set() : new Set(rows.map(keyOf)))}
                />
              </th>
            )}
            {columns.map((column) => (
              <th
                key={column.name}
                scope="col"
                className={classOf(column)}
                aria-sort={sort.name === column.name ? (sort.descending ? "descending" : "ascending") : undefined}
              >
                {column.by === undefined ? (
                  <span className={column.hideName ? "only-heard" : undefined}>{column.name}</span>
                ) : (
                  <button
                    type="button"
                    className="sort"
                    onClick={() =>
                      setSort({
                        name: column.name,
                        descending: sort.name === column.name ? !sort.descending : column.numeric === true,
                      })
                    }
                  >
                    {column.name}
                    <span aria-hidden="true">{sort.name === column.name ? (sort.descending ? " ↓" : " ↑") : ""}</span>
                  </button>
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {visible.map((row) => {
            const key = keyOf(row);
            const isPicked = selected?.has(key) === true;
            return (
              <tr
                key={key}
                data-row={key}
                className={`${isPicked ? "picked" : ""} ${props.current === key ? "current" : ""}`.trim() || undefined}
              >
                {isSelectable && (
                  <td className="pick">
                    <input
                      type="checkbox"
                      aria-label={`Select ${nameOf(row)}`}
                      checked={isPicked}
                      onChange={() => toggle(key)}
                    />
                  </td>
                )}
                {columns.map((column) => (
                  <td key={column.name} className={classOf(column)}>
                    {column.show(row)}
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
      {(sorted.length > shown || props.more !== undefined) && (
        <div className="table-more">
          {sorted.length > shown && (
            <button type="button" className="button small" onClick={() => setShown(shown + STEP)}>
              Show {number(Math.min(STEP, sorted.length - shown))} more of {number(sorted.length)}
            </button>
          )}
          {props.more}
        </div>
      )}
    </div>
  );
}

/** What scrolls must be reachable by keyboard; what does not would only be one stop more. */
function useScrolls(): [React.RefObject<HTMLDivElement | null>, boolean] {
  const wrap = useRef<HTMLDivElement>(null);
  const [scrolls, setScrolls] = useState(false);
  useEffect(() => {
    const element = wrap.current;
    if (element === null) {
      return;
    }
    const measure = () => setScrolls(element.scrollWidth > element.clientWidth + 1);
    const resized = new ResizeObserver(measure);
    resized.observe(element);
    measure();
    return () => resized.disconnect();
  }, []);
  return [wrap, scrolls];
}

function classOf<T>(column: Column<T>): string | undefined {
  const words = [column.numeric ? "numeric" : "", column.aside ? "wide-cell" : ""].join(" ").trim();
  return words === "" ? undefined : words;
}

function sortBy<T>(rows: T[], columns: Column<T>[], sort: { name: string | undefined; descending: boolean }): T[] {
  const by = columns.find((column) => column.name === sort.name)?.by;
  if (by === undefined) {
    return rows;
  }
  const sign = sort.descending ? -1 : 1;
  return [...rows].sort((one, other) => {
    const [a, b] = [by(one), by(other)];
    return sign * (typeof a === "number" && typeof b === "number" ? a - b : ALPHABET.compare(String(a), String(b)));
  });
}
