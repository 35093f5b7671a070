// must fail: no-restricted-imports
export { useInterval } from '@mantine/hooks';
