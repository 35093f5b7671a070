export interface Port { ask(): number }
