// A dialog that holds the keyboard until it is closed and gives it back where it was.

import { type ReactNode, useEffect, useId, useRef } from "react";

interface Props {
  title: ReactNode;
  onClose: () => void;
  children: ReactNode;
  wide?: boolean;
}

export function Dialog({ title, onClose, children, wide = false }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const before = document.activeElement;
    const element = dialog.current;
    element?.showModal();
    // The browser would go to the first button, which closes. Reading begins at the heading, unless something asks.
    (element?.querySelector<HTMLElement>("[data-first]") ?? element?.querySelector<HTMLElement>("h2"))?.focus();
    return () => {
      element?.close();
      if (before instanceof HTMLElement && before.isConnected) {
        before.focus();
      } else {
        // What opened it is gone, as a button is after its work is done: the page's heading is the next best place.
        document.querySelector<HTMLElement>("main h1")?.focus();
      }
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      className={wide ? "dialog wide" : "dialog"}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <div className="dialog-head">
        <h2 id={id} tabIndex={-1}>
          {title}
        </h2>
        <button type="button" className="button quiet" aria-label="Close" onClick={onClose}>
          ✕
        </button>
      </div>
      <div className="dialog-body">{children}</div>
    </dialog>
  );
}
