import { createTheme, type MantineColorsTuple } from '@mantine/core';
import { t } from '../i18n/index.ts';

/** Muted champagne: selection and focus, nothing else. The same values stand in `styles/tokens.css`. */
const champagne: MantineColorsTuple = ['#faf6ee', '#f1e9d8', '#e4d5b7', '#d8bd8a', '#c9a768', '#b6924f', '#96763a', '#7d612d', '#634c23', '#4a391a'];

export const theme = createTheme({
  primaryColor: 'champagne',
  colors: { champagne },
  defaultRadius: 4,
  fontFamily: '"Inter Variable", system-ui, sans-serif',
  respectReducedMotion: true,
  components: {
    Switch: { defaultProps: { withThumbIndicator: false } },
    // Its cross has no words of its own for those who do not see it.
    Notification: { defaultProps: { closeButtonProps: { 'aria-label': t('banner.dismiss') } } },
  },
});
