/** The name of the report in the folder of a run. */
export const reportFileName = 'report.html';
