{
  "targets": [
    {
      "target_name": "threads",
      "sources": ["threads.c"],
      "include_dirs": ["../../include"],
      "defines": ["NAPI_VERSION=8"],
      "cflags": ["-std=c11", "-O2", "-pthread", "-fvisibility=hidden", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion"]
    }
  ]
}
