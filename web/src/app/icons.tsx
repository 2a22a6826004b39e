// A few line drawings, made here so that nothing is loaded from elsewhere.

const PATHS: Record<string, string> = {
  today: "M3 9.5 10 3l7 6.5M5 8.5V17h10V8.5M8.5 17v-4.5h3V17",
  findings: "M8.5 3a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11ZM12.5 12.5 17 17",
  cases: "M3 6.5h5l1.5 2H17V16H3ZM3 6.5V4.5h4.5",
  takedowns: "M10 2.5 16 5v4.5c0 4-2.5 6.7-6 8-3.5-1.3-6-4-6-8V5ZM7.5 10l2 2 3.5-4",
  notices: "M3 5h14v10H3ZM3 5.5l7 5.5 7-5.5",
  appeals: "M10 3v13M6 16.5h8M4 6h12M4 6l-2 5h4ZM16 6l-2 5h4Z",
  journal: "M5 3h9.5a1.5 1.5 0 0 1 1.5 1.5V17H6a2 2 0 0 1-2-2V4a1 1 0 0 1 1-1ZM4 14.5h12M7.5 6.5h5",
  settings: "M4 6h8M15 6h1M4 10h1M8 10h8M4 14h6M13 14h3M13.5 4.5v3M6.5 8.5v3M11.5 12.5v3",
  freeze: "M10 2.5v15M3.5 6.2l13 7.6M16.5 6.2l-13 7.6M8 4l2 1.8L12 4M8 16l2-1.8 2 1.8",
  search: "M8.5 3.5a5 5 0 1 0 0 10 5 5 0 0 0 0-10ZM12.2 12.2 16.5 16.5",
  person: "M10 3.5a3 3 0 1 0 0 6 3 3 0 0 0 0-6ZM4 17c.6-3.2 2.8-5 6-5s5.4 1.8 6 5",
  back: "M12 4.5 6.5 10l5.5 5.5",
};

export function Icon({ name }: { name: string }) {
  return (
    <svg viewBox="0 0 20 20" width="18" height="18" className="icon" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
