// Hours by weekdays. A real table underneath: each cell can be read as well as seen.

import { count, number } from "./words";
import { zoneOffsetHours } from "./zones";

const DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const HOURS = Array.from({ length: 24 }, (_, hour) => hour);

interface Props {
  /** Seven days of 24 hours, Monday first, UTC. */
  hours: number[][];
  zone?: string | null;
  place?: string | null;
}

export function HoursMap({ hours, zone = null, place = null }: Props) {
  const most = Math.max(1, ...hours.flat());
  const total = hours.flat().reduce((sum, one) => sum + one, 0);
  const offset = zone === null ? null : zoneOffsetHours(zone);
  const isNight = (hour: number) => {
    if (offset === null) {
      return false;
    }
    const there = (((hour + offset) % 24) + 24) % 24;
    return there < 6;
  };
  if (total === 0) {
    return <p className="muted">No action has a time.</p>;
  }
  return (
    <div className="hours">
      <table>
        <caption className="only-heard">Actions by hour and weekday, in UTC</caption>
        <thead>
          <tr>
            <th scope="col">
              <span className="only-heard">Day</span>
            </th>
            {HOURS.map((hour) => (
              <th key={hour} scope="col" className={isNight(hour) ? "night" : undefined}>
                <span className={hour % 3 === 0 ? undefined : "only-heard"}>{hour}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {DAYS.map((day, row) => (
            <tr key={day}>
              <th scope="row">{day}</th>
              {HOURS.map((hour) => {
                const value = hours[row]?.[hour] ?? 0;
                const strength = value === 0 ? 0 : 0.14 + 0.86 * Math.sqrt(value / most);
                return (
                  <td
                    key={hour}
                    title={`${day} ${hour}:00 to ${hour + 1}:00 UTC: ${count(value, "action")}`}
                    style={{ backgroundColor: value === 0 ? undefined : `rgba(var(--heat), ${strength})` }}
                  >
                    <span className="only-heard">{number(value)}</span>
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
      <p className="small muted">
        {count(total, "action")}, busiest hour {number(most)}. Hours are UTC
        {offset !== null && place !== null && `; underlined hours are night (0 to 6) in the place claimed`}.
      </p>
    </div>
  );
}
