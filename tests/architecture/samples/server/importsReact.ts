// must fail: packages-of-server
import { useState } from 'react';
export const used = useState;
