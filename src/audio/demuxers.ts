/**
 * ffmpeg's names of what a recording may come in. All that isn't here it may not open: playlists and session
 * descriptions (hls, dash, concat, sdp, imf, …) read other files and addresses, scripts (vapoursynth, avisynth) run,
 * devices record. A name that a version of ffmpeg doesn't know does no harm.
 */
const SOUND =
  'aa aac aax ac3 ac4 act adx aea aiff amr amrnb amrwb apac ape apm aptx aptx_hd ast au avr bit bonk brstm caf ' +
  'codec2 codec2raw dfpwm dff dsf dss dts dtshd eac3 flac g722 g723_1 g726 g726le g729 gsm hca htk iamf ilbc ' +
  'ircam laf libgme libopenmpt loas mlp mmf mp3 mpc mpc8 nistsphere oma osq paf pvf qcp qoa rka rso sbc sds sdr2 ' +
  'shn sln sol sox spdif svx tak thd truehd tta vag voc vqf w64 wady wav wavarc wsd wv xwma alaw mulaw s8 u8';
const VIDEO =
  '3dostr amv asf asf_o avi dv evo flv gxf iff ivf kux live_flv lxf matroska webm mods mov mp4 m4a 3gp 3g2 mj2 ' +
  'mpeg mpegts mpegtsraw mtv mxf nsv nut nuv ogg pmp pva rl2 rm roq smjpeg swf ty vivo vob wtv xmv';

/** For ffmpeg's `-format_whitelist`. */
export const RECORDING_FORMATS = `${SOUND} ${VIDEO}`.split(' ').join(',');
