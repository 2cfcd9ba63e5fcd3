import type { ControlDetails } from '../../../model/record.ts'
import type { Engine } from '../../engines/engine.ts'
import { type AskedMoment, standing } from '../moment.ts'

/** Whether a source ties an active alert to a setting, or to a software (name in small letters; vendor where it says one). */
export interface StatedAlert {
  control_id: string
  source: string
  active: boolean
  software: string | null
  vendor: string | null
}

/** What sources state of active alerts, as it stands at the moment. */
export async function statedAlerts(engine: Engine, org_id: number, moment: AskedMoment): Promise<StatedAlert[]> {
  const rows = await engine.query<{ control_id: string; source: string; details: string }>(
    `select c.control_id, c.source, c.details from control_history c
    where c.org_id = $org_id and ${standing('c')} and c.details like '%"active_alert":%' order by c.control_id collate "C", c.source collate "C"`,
    { org_id, at: moment.at },
  )
  return rows.flatMap(({ control_id, source, details }) => {
    const { active_alert, software_name, software_vendor } = JSON.parse(details) as ControlDetails
    const small = (text: string | undefined) => text?.toLowerCase() ?? null
    return typeof active_alert === 'boolean'
      ? [{ control_id, source, active: active_alert, software: small(software_name), vendor: small(software_vendor) }]
      : []
  })
}
