import { type Day, dayOfText } from './days.ts'

/** How many days the demo organisation looks back from its last day: eighteen months. */
export const DEMO_DAYS = 548

/** What happens inside the organisation, by the day: days before the last one, so that the demo is always fresh. */
interface Told {
  id: string
  title: string
  /** First day, in days before the last one. */
  from: number
  /** The day on which it is over; null while it goes on today. */
  to: number | null
  /** What the pages show of it. */
  shows: string
}

/** The chapters inside the organisation. Their days slide with the end of the demo. */
export const chapters = {
  scanner_silent: {
    id: 'scanner_silent',
    title: 'The scanner of the Hamburg site is silent for seven weeks',
    from: 330,
    to: 281,
    shows: 'Coverage falls, the assets there go stale after 30 days and leave the scores; they come back with what was missed.',
  },
  merger: {
    id: 'merger',
    title: 'Northwind joins with forty assets and years of missing updates',
    from: 215,
    to: 45,
    shows: 'The exposure score gets worse by assets that joined, and better again while the clean-up programme runs.',
  },
  controls_fell_back: {
    id: 'controls_fell_back',
    title: 'A migration switches legacy sign-in on and takes second factors from administrators',
    from: 210,
    to: 176,
    shows: 'Secure score regression in two actions, and its recovery.',
  },
  agent_removed: {
    id: 'agent_removed',
    title: 'A device management profile removes the protection agent from fourteen Macs',
    from: 150,
    to: 97,
    shows: 'Endpoints without an agent; the metric recovers when the profile is repaired.',
  },
  buckets_opened: {
    id: 'buckets_opened',
    title: 'An infrastructure template is rolled back; six buckets lose their protection against public access',
    from: 120,
    to: 99,
    shows: 'Cloud controls that passed fail again, on internet-facing storage.',
  },
  old_master_image: {
    id: 'old_master_image',
    title: 'Twelve laptops are rebuilt from a master image of last winter',
    from: 40,
    to: 12,
    shows: 'Findings that were closed open again, with the same history.',
  },
  sharing_opened: {
    id: 'sharing_opened',
    title: 'External sharing is opened to anyone for a project',
    from: 6,
    to: null,
    shows: 'A drop of the last days that nobody has taken care of yet.',
  },
} as const satisfies Record<string, Told>

type Chapter = keyof typeof chapters

/**
 * What happened in the world, by the vulnerability: its real days stand in catalog/demo/vulnerabilities.csv. `copy_fail` is the one to
 * follow: on every Linux machine, in an exploit kit eight days after publication, known exploited a day later; patched over five weeks.
 */
export const worldEvents = {
  toolshell: { cve: 'CVE-2025-53770', title: 'SharePoint is attacked before there is an update; used by ransomware soon after' },
  winrar: { cve: 'CVE-2025-8088', title: 'An exploited archive program on most laptops; it does not update itself' },
  sudo: { cve: 'CVE-2025-32463', title: 'Published in June, in an exploit kit in September, known exploited weeks later' },
  wsus: { cve: 'CVE-2025-59287', title: 'The update server itself; the first fix was not enough' },
  react2shell: { cve: 'CVE-2025-55182', title: 'A container image of the web shop, on the internet; known exploited after two days' },
  mongobleed: { cve: 'CVE-2025-14847', title: 'Memory of database servers readable by anyone, over the holidays' },
  copy_fail: { cve: 'CVE-2026-31431', title: 'Any user becomes root on every Linux machine' },
  sharepoint_again: { cve: 'CVE-2026-58644', title: 'SharePoint again, known exploited two days after the update' },
} as const

/** Windows 10 got its last free update on this day. Source: https://learn.microsoft.com/lifecycle/products/windows-10-home-and-pro */
export const WINDOWS_10_END = '2025-10-14'

/** The days of a chapter: [from, to); `to` is the day after the last while it goes on. */
export function chapterDays(chapter: Chapter, last: Day): { from: Day; to: Day } {
  const { from, to } = chapters[chapter]
  return { from: last - from, to: to === null ? last + 1 : last - to }
}

/** Whether a day lies in a chapter. */
export function during(chapter: Chapter, day: Day, last: Day): boolean {
  const { from, to } = chapterDays(chapter, last)
  return from <= day && day < to
}

/** The last day of free updates of Windows 10. */
export const windows10End: Day = dayOfText(WINDOWS_10_END)
