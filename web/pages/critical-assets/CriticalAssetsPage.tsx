import { Page } from '../../components/Page.tsx'
import { TabStrip } from '../../components/TabStrip.tsx'
import { AssetValues } from './AssetValues.tsx'
import { Classifications } from './Classifications.tsx'
import { GroupRules } from './GroupRules.tsx'
import { SourceWords } from './SourceWords.tsx'

/** Which assets are critical, in which groups they are and what they weigh, and the rules that say so. */
export function CriticalAssetsPage() {
  return (
    <Page
      title="Critical assets"
      name="Critical assets"
      line="Rules that say how critical assets are, in which group, and what they weigh in the exposure score."
    >
      <TabStrip
        label="Critical assets"
        tabs={[
          { id: 'classifications', title: 'Classifications', content: <Classifications /> },
          { id: 'words', title: 'Words of sources', content: <SourceWords /> },
          { id: 'groups', title: 'Asset groups', content: <GroupRules /> },
          { id: 'values', title: 'Asset value', content: <AssetValues /> },
        ]}
      />
    </Page>
  )
}
