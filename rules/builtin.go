package rules

import "embed"

//go:embed carriers/*.yaml detections/*.yaml
var builtinFiles embed.FS
