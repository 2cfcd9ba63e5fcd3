import type { Expected } from '../expected.ts'

const workbook = { code: 'unknown_format', why: 'an Excel workbook: saved as CSV it is read' }

export default {
  folders: ['deepfence-threatmapper', 'dsop'],
  refused: {
    'deepfence-threatmapper/compliance_report.xlsx': workbook,
    'deepfence-threatmapper/compliance_report_newformat.xlsx': workbook,
    'deepfence-threatmapper/malware_report.xlsx': workbook,
    'deepfence-threatmapper/secret_report.xlsx': workbook,
    'deepfence-threatmapper/vulnerability_report.xlsx': workbook,
    'dsop/many_vuln.xlsx.gz': {
      code: 'unknown_format',
      why: 'an Excel workbook of six sheets that merges other tools’ reports: import those',
    },
    'dsop/zero_vuln.xlsx': {
      code: 'unknown_format',
      why: 'an Excel workbook of six sheets that merges other tools’ reports: import those',
    },
  },
} satisfies Expected
