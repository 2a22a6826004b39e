// How far a time zone is from UTC, as the browser's own tables have it.

/** Hours ahead of UTC; null for a zone that the browser does not know. */
export function zoneOffsetHours(zone: string, at: Date = new Date()): number | null {
  try {
    const parts = new Intl.DateTimeFormat("en-GB", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
    }).formatToParts(at);
    const part = (type: string) => Number(parts.find((one) => one.type === type)?.value);
    const there = Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"));
    return Math.round((there - at.getTime()) / 3_600_000);
  } catch {
    return null;
  }
}
