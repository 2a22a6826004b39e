// The head of a page: where one is, what it is called, and what can be done here.

import { type ReactNode, useEffect } from "react";

interface Props {
  /** The name of the browser's tab. */
  title: string;
  heading?: ReactNode;
  /** Where this belongs: links to what is above. */
  above?: ReactNode;
  /** What is known about it in a line. */
  facts?: ReactNode;
  actions?: ReactNode;
}

export function PageHead({ title, heading, above, facts, actions }: Props) {
  useEffect(() => {
    document.title = `${title} · Avert`;
  }, [title]);
  return (
    <div className="page-head">
      <div className="page-head-words">
        {above !== undefined && <p className="above">{above}</p>}
        <h1 tabIndex={-1}>{heading ?? title}</h1>
        {facts !== undefined && <div className="page-facts">{facts}</div>}
      </div>
      {actions !== undefined && <div className="actions">{actions}</div>}
    </div>
  );
}

export function Section({
  title,
  aside,
  children,
  id,
}: {
  title: string;
  aside?: ReactNode;
  children: ReactNode;
  id?: string;
}) {
  return (
    <section className="section" aria-label={title} id={id}>
      <div className="section-head">
        <h2>{title}</h2>
        {aside !== undefined && <div className="section-aside">{aside}</div>}
      </div>
      {children}
    </section>
  );
}

/** Figures in a row, each with what it counts. */
export function Figures({ items }: { items: { value: ReactNode; words: string; loud?: boolean }[] }) {
  return (
    <dl className="figures">
      {items.map((item) => (
        <div key={item.words} className={item.loud ? "figure loud" : "figure"}>
          <dt>{item.words}</dt>
          <dd>{item.value}</dd>
        </div>
      ))}
    </dl>
  );
}
