import { FileDown } from 'lucide-react'
import { addressOf } from '../api.ts'
import { useMoment } from '../address.ts'
import { buttonLook } from './Button.tsx'

/** Downloads the executive report of the organisation, groups and day of the page. */
export function ReportButton() {
  const moment = useMoment()
  return (
    <a href={addressOf('/api/v1/reports/executive.pdf', {}, { ...moment })} download className={buttonLook('quiet')}>
      <FileDown size={14} aria-hidden />
      Report (PDF)
    </a>
  )
}
