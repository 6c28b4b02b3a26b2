@echo off
set ELECTRON_RUN_AS_NODE=1
"%~dp0..\..\Slipway.exe" "%~dp0..\app\dist\cli\main.js" %*
