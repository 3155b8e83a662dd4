# Makes an .msi on Windows: packaging\windows\build.ps1
#
# Needs Rust with the MSVC toolchain and WiX 5 (dotnet tool install --global wix). Signing is a step of its own:
# signtool sign /fd SHA256 on the program before, on the package after.
$ErrorActionPreference = 'Stop'
Set-Location (Join-Path $PSScriptRoot '..\..')

$version = (Select-String -Path Cargo.toml -Pattern '^version = "(.*)"$' | Select-Object -First 1).Matches.Groups[1].Value
$target = if ($env:CARGO_TARGET_DIR) { $env:CARGO_TARGET_DIR } else { Join-Path (Get-Location) 'target' }
cargo build --release --locked
if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
$out = Join-Path $target "package\Proconsul-$version.msi"
wix build packaging\windows\proconsul.wxs -arch x64 -d "Version=$version" -d "ProgramFolder=$target\release" -out $out
if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
Write-Output $out
