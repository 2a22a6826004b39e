// Times are UTC everywhere, so that two people in two places read the same; one's own time is a hover away.

import { useEffect, useState } from "react";

const DATE = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
const CLOCK = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: "UTC" });
const HERE = new Intl.DateTimeFormat("en-GB", { dateStyle: "full", timeStyle: "long" });

export function utc(at: string): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? at : `${DATE.format(date)}, ${CLOCK.format(date)} UTC`;
}

export function Time({ at }: { at: string | null | undefined }) {
  if (!at) {
    return <span className="muted">not known</span>;
  }
  return (
    <time dateTime={at} title={here(at)}>
      {utc(at)}
    </time>
  );
}

/** Only the day: where the minute is of no use. */
export function Day({ at }: { at: string | null | undefined }) {
  if (!at) {
    return <span className="muted">not known</span>;
  }
  const date = new Date(at);
  return (
    <time dateTime={at} title={`${utc(at)}; here ${here(at)}`}>
      {Number.isNaN(date.getTime()) ? at : DATE.format(date)}
    </time>
  );
}

/** How long ago, or how long until: for queues, where age is what counts. */
export function Age({ since, ago = true }: { since: string | null | undefined; ago?: boolean }) {
  const now = useMinute();
  if (!since) {
    return null;
  }
  const then = new Date(since).getTime();
  const words = span(Math.abs(now - then));
  return (
    <time dateTime={since} title={`${utc(since)}; here ${here(since)}`}>
      {then > now ? `in ${words}` : ago ? `${words} ago` : words}
    </time>
  );
}

export function span(milliseconds: number): string {
  const minutes = Math.floor(milliseconds / 60_000);
  if (minutes < 1) {
    return "moments";
  }
  if (minutes < 60) {
    return `${minutes} min`;
  }
  const hours = Math.floor(minutes / 60);
  if (hours < 48) {
    return `${hours} h`;
  }
  const days = Math.floor(hours / 24);
  return days < 730 ? `${days} days` : `${Math.floor(days / 365)} years`;
}

function here(at: string): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? "" : HERE.format(date);
}

function useMinute(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 30_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
