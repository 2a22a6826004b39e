// Who accounts say they are, put beside what was found about them. A snapshot that is gone has no profiles: what was
// found stands without them.

import { useMemo } from "react";
import { useQuery } from "./cache";
import type { Member, Profile } from "./types";

const NOBODY: Member[] = [];

/** The members of a finding or a case, with what they say of themselves. */
export function useProfiles(of: "findings" | "cases", id: string, members: Member[] | undefined): Member[] {
  const profiles = useQuery<Profile[]>(`/v1/${of}/${encodeURIComponent(id)}/profiles`).data;
  return useMemo(() => withProfiles(members ?? NOBODY, profiles ?? []), [members, profiles]);
}

export function withProfiles(members: Member[], profiles: Profile[]): Member[] {
  if (profiles.length === 0) {
    return members;
  }
  const known = new Map(profiles.map((profile) => [profile.account, profile]));
  return members.map((member) => {
    const profile = known.get(member.account);
    return profile === undefined
      ? member
      : {
          ...member,
          display_name: member.display_name ?? profile.display_name ?? null,
          handle: member.handle ?? profile.handle ?? null,
          created_at: member.created_at ?? profile.created_at ?? null,
          claimed_place: member.claimed_place ?? profile.place ?? null,
          claimed_time_zone: member.claimed_time_zone ?? profile.time_zone ?? null,
        };
  });
}
