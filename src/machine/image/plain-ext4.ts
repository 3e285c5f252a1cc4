/**
 * The mke2fs options for an ext4 that every Linux since 3.16 mounts: mke2fs's defaults grow with its version (metadata_csum, orphan_file,
 * …), and differ by distribution. Source: ext4(5). `hash_seed`: the same parts give the same bytes.
 */
export const plainExt4: readonly string[] = [
  '-q',
  '-F',
  '-t',
  'ext4',
  '-O',
  'none,has_journal,ext_attr,dir_index,filetype,extent,flex_bg,sparse_super,large_file,huge_file,dir_nlink,extra_isize',
  '-E',
  'lazy_itable_init=0,lazy_journal_init=0,nodiscard,root_owner=0:0,hash_seed=7261696c-6162-4000-8000-686173680000',
];
