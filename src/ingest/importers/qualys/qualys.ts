import { type Importer, type Parse, reads } from '../../importer.ts'
import { peek } from '../../readers/peek.ts'
import { xmlRoot } from '../../readers/xml.ts'
import { parseAssetReport } from './asset-report.ts'
import { isCsvList, parseCsvList } from './csv-list.ts'
import { isScanJson, parseScanJson } from './scan-json.ts'
import { parseScan } from './scan.ts'
import { parseWebScan } from './web-scan.ts'

/** The parser of a file by its beginning; null when it is none of Qualys'. */
function parserOf(text: string): Parse | null {
  const first = text.trimStart()[0]
  if (first === '[') return isScanJson(text) ? parseScanJson : null
  if (first !== '<') return isCsvList(text) ? parseCsvList : null
  const root = xmlRoot(text)
  if (root === 'ASSET_DATA_REPORT') return parseAssetReport
  if (root === 'WAS_SCAN_REPORT') return parseWebScan
  // Other tools have an element called SCAN, too: the scan's number or the name of its DTD tells.
  const own = /<SCAN\s+value\s*=\s*"scan\//.test(text) || /<!DOCTYPE\s+SCAN\s+SYSTEM\s+"[^"]*\/scan-1\.dtd"/.test(text)
  return root === 'SCAN' && own ? parseScan : null
}

/**
 * Qualys vulnerability management: the host-based report (`ASSET_DATA_REPORT`), the results of one scan (`SCAN`, or JSON), lists of detections as CSV; and
 * scan reports of its web application scanner. Formats: https://docs.qualys.com/en/vm/api/ and https://docs.qualys.com/en/was/api/
 */
export const qualys: Importer = reads({
  id: 'qualys',
  title: 'Qualys VM, VMDR and WAS (XML, CSV, JSON)',
  version: 3,
  detect: ({ text }) => parserOf(text) !== null,

  async *parse(file, options) {
    const { text, bytes } = await peek(file.bytes(), 64 * 1024)
    yield* (parserOf(text) ?? parseScan)({ name: file.name, bytes: () => bytes }, options)
  },
})
