import { useState } from 'react'
import { useAsk } from '../../api.ts'
import { count } from '../../format.ts'
import { Chip, CriticalityBadge } from '../../components/Badge.tsx'
import { Button } from '../../components/Button.tsx'
import { Card } from '../../components/Card.tsx'
import { Empty, Loading, Problem } from '../../components/Problem.tsx'
import { To } from '../../components/To.tsx'
import { TableHead } from '../../components/TableHead.tsx'
import { EditClassification } from './EditClassification.tsx'

/** How critical sources call assets in their own words, what each word counts as, and the way to translate one that counts as nothing. */
export function SourceWords() {
  const { data, error, refetch } = useAsk('/api/v1/classifications/words')
  const rules = useAsk('/api/v1/classifications')
  const [translated, setTranslated] = useState<string | null>(null)
  if (error) return <Problem error={error} retry={() => void refetch()} />
  if (!data) return <Loading className="h-60" />
  if (data.items.length === 0)
    return (
      <Empty title="No source uses a scale of its own">
        ServiceNow’s business criticality, Defender’s device value and RiskRecon’s asset value are kept in their words and translated here.
      </Empty>
    )
  return (
    <>
      <Card title="What sources say" note="each word is translated by a classification, which can be set otherwise">
        <div className="overflow-x-auto">
          <table className="w-full text-sm" aria-label="What sources say">
            <TableHead heads={['Word of the source', { title: 'Assets', right: true }, 'Counts as', 'By']} />
            <tbody>
              {data.items.map(({ word, assets, classification }) => (
                <tr key={word} className="h-10 border-t border-line">
                  <td className="py-1.5 pr-3">{word}</td>
                  <td className="num py-1 pr-3 text-right">{count(assets)}</td>
                  <td className="py-1.5 pr-3">
                    {classification?.on ? <CriticalityBadge criticality={classification.criticality} /> : <Chip>Nothing</Chip>}
                  </td>
                  <td className="py-1">
                    {classification ? (
                      <To page="/critical-assets" change={{ open: classification.id }}>
                        {classification.title}
                        {!classification.on && ', switched off'}
                      </To>
                    ) : (
                      <Button look="quiet" className="-ml-2" onClick={() => setTranslated(word)}>
                        Translate
                      </Button>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </Card>
      {translated !== null && (
        <EditClassification
          edited={null}
          start={{ title: translated, when: { 'asset.stated_criticality': translated } }}
          taken={rules.data?.items.map((one) => one.id) ?? []}
          onClose={() => setTranslated(null)}
        />
      )}
    </>
  )
}
