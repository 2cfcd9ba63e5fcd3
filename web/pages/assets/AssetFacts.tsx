import type { ReactNode } from 'react'
import type { Answer } from '../../api.ts'
import { count, day, instant, isPast, lookedForWord, shownWord, word } from '../../format.ts'
import { Chip } from '../../components/Badge.tsx'
import { Card } from '../../components/Card.tsx'

type Asset = Answer<'/api/v1/assets/{asset_id}'>

function Rows({ heads, rows, none }: { heads: string[]; rows: ReactNode[][]; none: string }) {
  if (rows.length === 0) return <p className="py-3 text-sm text-ink-3">{none}</p>
  return (
    <div className="overflow-x-auto">
      <table className="w-full text-sm">
        <thead>
          <tr className="text-left text-xs text-ink-3">
            {heads.map((head) => (
              <th key={head} scope="col" className="pr-4 pb-1 font-medium">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((cells, index) => (
            <tr key={index} className="border-t border-line align-top">
              {cells.map((cell, column) => (
                <td key={column} className="py-1.5 pr-4 break-words">
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** What sources say of an asset, who says it and since when. */
export function AssetFacts({ asset }: { asset: Asset }) {
  return (
    <div className="grid gap-4 xl:grid-cols-2">
      <Card title="Attributes">
        <Rows
          heads={['Attribute', 'Value', 'Source', 'Since']}
          none="No source states any."
          rows={asset.attributes.map((one) => [word(one.attribute), one.value, one.source, day(one.since)])}
        />
      </Card>
      <Card title="Names">
        <Rows
          heads={['Kind', 'Name', 'Source', 'Since', 'Until']}
          none="No source states any."
          rows={asset.names.map((one) => [
            word(one.name_type),
            <span key="n" className="font-mono text-xs break-all">
              {one.name}
            </span>,
            one.source,
            day(one.since),
            one.until === null ? 'still' : day(one.until),
          ])}
        />
        {asset.identity.length > 0 && (
          <div className="mt-3 border-t border-line pt-3 text-sm">
            <p className="text-xs text-ink-3">Why these are one asset</p>
            <ul className="mt-1 list-disc pl-5">
              {asset.identity.map((one) => (
                <li key={one.text} className="break-words">
                  {one.text}
                </li>
              ))}
            </ul>
          </div>
        )}
      </Card>
      <Card title="Coverage" note="what was looked for, and until when that counts" className="xl:col-span-2">
        <Rows
          heads={['Source', 'Looked for', 'Shown', 'Access', 'Looks', 'Last looked', 'Fresh until']}
          none="No report covered it."
          rows={asset.coverage.map((one) => [
            one.source,
            lookedForWord(one.subject),
            shownWord(one),
            word(one.access),
            <span key="n" className="num">
              {count(one.looks)}
            </span>,
            instant(one.last_looked_at),
            isPast(one.fresh_until) ? (
              <Chip key="f" tone="warn">
                {day(one.fresh_until)}
              </Chip>
            ) : (
              day(one.fresh_until)
            ),
          ])}
        />
      </Card>
    </div>
  )
}
