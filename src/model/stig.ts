/**
 * One id for a rule of a DISA STIG, whichever tool names it: `stig:SV-230221` for `SV-230221r743913_rule`, `V-230221` and
 * `xccdf_mil.disa.stig_rule_SV-230221r743913_rule`. The revision (`r743913`) changes with every release and is left out. Rules numbered anew since
 * 2020 (six digits from 200000 on) have one number as SV- and as V-; before, the two differ, so `V-71859` is another id than `SV-86483`. Null for any
 * other text. Numbering: https://public.cyber.mil/stigs/faqs/
 */
export function stigControlId(text: string): string | null {
  const [, kind, number] = /^(?:xccdf_mil\.disa\.stig_(?:rule|group)_)?(SV|V)-(\d{1,9})(?:r\d{1,12})?(?:_rule)?$/.exec(text.trim()) ?? []
  if (kind === undefined || number === undefined) return null
  return `stig:${Number(number) >= 200_000 ? 'SV' : kind}-${number}`
}
