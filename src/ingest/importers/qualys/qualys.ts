import type { Importer } from '../../importer.ts'
import { peek } from '../../readers/peek.ts'
import { xmlRoot } from '../../readers/xml.ts'
import { parseAssetReport } from './asset-report.ts'
import { parseScan } from './scan.ts'

/** Other tools have an element called SCAN, too: the scan's number or the name of its DTD tells. */
const isScan = (text: string) =>
  xmlRoot(text) === 'SCAN' && (/<SCAN\s+value\s*=\s*"scan\//.test(text) || /<!DOCTYPE\s+SCAN\s+SYSTEM\s+"[^"]*\/scan-1\.dtd"/.test(text))
const isReport = (text: string) => xmlRoot(text) === 'ASSET_DATA_REPORT'

/**
 * Qualys vulnerability management, as XML: the host-based report (`ASSET_DATA_REPORT`) and the results of one scan (`SCAN`).
 * Formats: https://docs.qualys.com/en/vm/api/ (asset_data_report.dtd and scan-1.dtd)
 */
export const qualys: Importer = {
  id: 'qualys',
  title: 'Qualys VM report or scan (XML)',
  version: 1,
  detect: ({ text }) => isReport(text) || isScan(text),

  async *parse(file) {
    const { text, bytes } = await peek(file.bytes(), 64 * 1024)
    const rest = { name: file.name, bytes: () => bytes }
    yield* isReport(text) ? parseAssetReport(rest) : parseScan(rest)
  },
}
