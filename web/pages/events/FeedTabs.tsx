import { Segments } from '../../components/Segments.tsx'

const none = {
  open: null,
  tab: null,
  type: null,
  severity: null,
  min_share: null,
  component: null,
  sort: null,
  score: null,
  recovered: null,
  state: null,
  owner: null,
}

const feeds = [
  { id: 'risk', title: 'Risk feed', change: { ...none, feed: null } },
  { id: 'posture', title: 'Posture events', change: { ...none, feed: 'posture' } },
]

/** Which feed is shown; dates stay, filters of the other feed do not. */
export const FeedTabs = ({ feed }: { feed: 'risk' | 'posture' }) => <Segments label="Feeds" chosen={feed} segments={feeds} />
