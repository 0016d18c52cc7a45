{
  "targets": [
    {
      "target_name": "ariax",
      "sources": ["addon.c", "count.c", "engine.c", "lanes.c", "lock_file_posix.c", "lock_file_windows.c", "locks.c", "napi.c", "pages_posix.c", "pages_windows.c", "region.c"],
      "include_dirs": ["../include", "engine"],
      "defines": ["NAPI_VERSION=8"],
      "cflags": ["-std=c11", "-O3", "-fvisibility=hidden", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion"],
      "conditions": [
        ["OS=='linux'", { "libraries": ["-lrt"] }],
        ["OS=='win'", { "msvs_settings": { "VCCLCompilerTool": { "AdditionalOptions": ["/std:c11"] } } }]
      ]
    }
  ]
}
