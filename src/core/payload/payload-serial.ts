/** The serial of the disk from which a drill's machine reads its payload; it never belongs to an array. */
export const payloadSerial = 'PAYLOAD';
