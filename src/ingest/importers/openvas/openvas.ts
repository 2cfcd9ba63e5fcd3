import { type Importer, reads } from '../../importer.ts'
import { peek } from '../../readers/peek.ts'
import { xmlRoot } from '../../readers/xml.ts'
import { isCsvReport, parseCsvReport } from './csv-report.ts'
import { parseXmlReport } from './xml-report.ts'

/** Many tools have a root called report: this one says its protocol's version, or names its tests. */
function isXmlReport(text: string): boolean {
  const root = xmlRoot(text)
  if (root !== 'report' && root !== 'get_reports_response') return false
  return /<[go]mp>\s*<version>/.test(text) || (/<report\s[^>]{0,500}\bformat_id\s*=/.test(text) && text.includes('<scan_run_status>'))
}

/** Reports of OpenVAS and Greenbone's vulnerability management (GVM, OPENVAS SCAN). */
export const openvas: Importer = reads({
  id: 'openvas',
  title: 'OpenVAS and Greenbone (XML, CSV)',
  version: 1,
  detect: ({ text }) => (text.trimStart().startsWith('<') ? isXmlReport(text) : isCsvReport(text)),

  async *parse(file) {
    const { text, bytes } = await peek(file.bytes(), 64 * 1024)
    const parse = isCsvReport(text) && !text.trimStart().startsWith('<') ? parseCsvReport : parseXmlReport
    yield* parse({ name: file.name, bytes: () => bytes })
  },
})
