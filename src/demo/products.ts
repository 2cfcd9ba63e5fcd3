/** A product that the demo's hosts have and the scanners name. */
export interface Product {
  /** As the host scanner writes it in titles. */
  label: string
  /** Vendor and software name as Defender writes them. */
  vendor: string
  software: string
  /** Who updates it: `fast` updates itself within days, `monthly` with the patch cycle, `slow` by hand. */
  pace: 'fast' | 'monthly' | 'slow'
  /** What is installed when the table knows no version before the fixed one. */
  version: string
}

/** By the key in catalog/demo/vulnerabilities.csv. */
export const products: Record<string, Product> = {
  windows: { label: 'Microsoft Windows', vendor: 'microsoft', software: 'windows_11', pace: 'monthly', version: '10.0.26100' },
  winserver: {
    label: 'Microsoft Windows Server',
    vendor: 'microsoft',
    software: 'windows_server_2022',
    pace: 'monthly',
    version: '10.0.20348',
  },
  office: { label: 'Microsoft Office', vendor: 'microsoft', software: 'office', pace: 'monthly', version: '16.0' },
  sharepoint: { label: 'Microsoft SharePoint Server', vendor: 'microsoft', software: 'sharepoint_server', pace: 'slow', version: '16.0' },
  exchange: { label: 'Microsoft Exchange Server', vendor: 'microsoft', software: 'exchange_server', pace: 'slow', version: '15.2' },
  chrome: { label: 'Google Chrome', vendor: 'google', software: 'chrome', pace: 'fast', version: '124.0.6367.60' },
  firefox: { label: 'Mozilla Firefox', vendor: 'mozilla', software: 'firefox', pace: 'fast', version: '130.0' },
  winrar: { label: 'WinRAR', vendor: 'rarlab', software: 'winrar', pace: 'slow', version: '6.11' },
  '7zip': { label: '7-Zip', vendor: '7-zip', software: '7-zip', pace: 'slow', version: '23.01' },
  notepadpp: { label: 'Notepad++', vendor: 'notepad-plus-plus', software: 'notepad++', pace: 'slow', version: '8.6' },
  acrobat: { label: 'Adobe Acrobat Reader', vendor: 'adobe', software: 'acrobat_reader_dc', pace: 'fast', version: '22.001.20085' },
  git: { label: 'Git', vendor: 'git', software: 'git', pace: 'slow', version: '2.45.1' },
  macos: { label: 'Apple macOS', vendor: 'apple', software: 'mac_os', pace: 'monthly', version: '14.7' },
  kernel: { label: 'Linux kernel', vendor: 'linux', software: 'linux_kernel', pace: 'monthly', version: '5.10.28' },
  sudo: { label: 'sudo', vendor: 'sudo', software: 'sudo', pace: 'monthly', version: '1.9.5p1' },
  polkit: { label: 'polkit', vendor: 'freedesktop', software: 'polkit', pace: 'monthly', version: '0.119' },
  glibc: { label: 'GNU C Library', vendor: 'gnu', software: 'glibc', pace: 'monthly', version: '2.36-9' },
  openssh: { label: 'OpenSSH', vendor: 'openbsd', software: 'openssh', pace: 'monthly', version: '9.2p1' },
  cups: { label: 'CUPS filters', vendor: 'openprinting', software: 'cups-filters', pace: 'slow', version: '1.28.17' },
  inetutils: { label: 'GNU inetutils telnetd', vendor: 'gnu', software: 'inetutils', pace: 'slow', version: '2.4' },
  httpd: { label: 'Apache HTTP Server', vendor: 'apache', software: 'http_server', pace: 'monthly', version: '2.4.48' },
  nginx: { label: 'nginx', vendor: 'nginx', software: 'nginx', pace: 'monthly', version: '1.25.1' },
  tomcat: { label: 'Apache Tomcat', vendor: 'apache', software: 'tomcat', pace: 'slow', version: '9.0.71' },
  activemq: { label: 'Apache ActiveMQ', vendor: 'apache', software: 'activemq', pace: 'slow', version: '5.15.9' },
  mongodb: { label: 'MongoDB Server', vendor: 'mongodb', software: 'mongodb', pace: 'slow', version: '7.0.12' },
  postgresql: { label: 'PostgreSQL', vendor: 'postgresql', software: 'postgresql', pace: 'slow', version: '15.4' },
  redis: { label: 'Redis', vendor: 'redis', software: 'redis', pace: 'slow', version: '6.0.9' },
  confluence: { label: 'Atlassian Confluence', vendor: 'atlassian', software: 'confluence', pace: 'slow', version: '7.13.0' },
  gitlab: { label: 'GitLab', vendor: 'gitlab', software: 'gitlab', pace: 'slow', version: '13.9.0' },
  jenkins: { label: 'Jenkins', vendor: 'jenkins', software: 'jenkins', pace: 'slow', version: '2.426' },
  grafana: { label: 'Grafana', vendor: 'grafana', software: 'grafana', pace: 'slow', version: '8.2.0' },
  vcenter: { label: 'VMware vCenter Server', vendor: 'vmware', software: 'vcenter_server', pace: 'slow', version: '7.0' },
  esxi: { label: 'VMware ESXi', vendor: 'vmware', software: 'esxi', pace: 'slow', version: '8.0' },
  vmtools: { label: 'VMware Tools', vendor: 'vmware', software: 'tools', pace: 'slow', version: '12.3.0' },
  veeam: {
    label: 'Veeam Backup and Replication',
    vendor: 'veeam',
    software: 'backup_and_replication',
    pace: 'slow',
    version: '12.0.0.1402',
  },
  papercut: { label: 'PaperCut NG', vendor: 'papercut', software: 'papercut_ng', pace: 'slow', version: '20.1.4' },
  fortios: { label: 'Fortinet FortiOS', vendor: 'fortinet', software: 'fortios', pace: 'slow', version: '7.0.5' },
  netscaler: { label: 'Citrix NetScaler', vendor: 'citrix', software: 'netscaler', pace: 'slow', version: '13.1-48.47' },
  ciscoasa: { label: 'Cisco ASA', vendor: 'cisco', software: 'adaptive_security_appliance', pace: 'slow', version: '9.20.2' },
  epmm: {
    label: 'Ivanti Endpoint Manager Mobile',
    vendor: 'ivanti',
    software: 'endpoint_manager_mobile',
    pace: 'slow',
    version: '12.4.0.1',
  },
  whd: { label: 'SolarWinds Web Help Desk', vendor: 'solarwinds', software: 'web_help_desk', pace: 'slow', version: '12.8.1' },
  sapnw: { label: 'SAP NetWeaver', vendor: 'sap', software: 'netweaver', pace: 'slow', version: '7.50' },
}
