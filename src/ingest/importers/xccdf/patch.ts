/**
 * A rule or definition that asks whether an update is missing: it names CVEs, or its title begins with the vendor's advisory, as in content that is generated from
 * OVAL patch definitions (`RHSA-2018:0007: kernel security update (Important)`). Null: any other rule.
 */
export function patchOf(title: string, cves: string[]): { ids: string[]; advisory: string; component: string } | null {
  const [, advisory = '', text = ''] =
    /^((?:RH[SBE]A|ALSA|ELSA|RLSA)-\d{4}:\d{3,6}|(?:DSA|DLA|USN)-\d{1,5}-\d{1,3})[: -]+(.*)$/s.exec(title) ?? []
  if (cves.length === 0 && advisory === '') return null
  const component = /^([\w.+:-]{1,100})(?:,? and [\w.+:-]{1,100})? (?:security|bug ?fix|enhancement)\b/i.exec(text)?.[1] ?? ''
  return { ids: cves.length > 0 ? cves : [advisory], advisory, component }
}
