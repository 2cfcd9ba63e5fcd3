/** Severity 0–4 of a finding `f`: by the world's CVSS of its vulnerability `v` where there is one (model/severity.ts), else as the tool states it. */
export const severitySql = `case when v.cvss_tenths >= 90 then 4 when v.cvss_tenths >= 70 then 3 when v.cvss_tenths >= 40 then 2
  when v.cvss_tenths > 0 then 1 when v.cvss_tenths = 0 then 0 else f.severity end`

/** Exploit stage 0–5 of a finding: the further of what the world and what the tool states. */
export const stageSql = 'greatest(coalesce(v.stage, 0), f.stage)'

/** SQL: the subject of a finding `f` of this kind, else null. As one side of an equality it keeps outer joins hash joins on every engine. */
export const idOf = (kind: 'vulnerability' | 'control'): string => `case when f.kind = '${kind}' then f.subject end`
