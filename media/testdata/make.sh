#!/bin/sh
# Makes the pictures and videos of this folder anew. It needs ffmpeg (with
# libx264 and libwebp), exiftool, heif-enc and python3:
#     apt-get install ffmpeg libimage-exiftool-perl libheif-examples python3
# Files come out the same in what the tests look at, not byte for byte.
set -eu
cd "$(dirname "$0")"
rm -f ./*.jpg ./*.png ./*.gif ./*.webp ./*.heic ./*.avif ./*.mp4 ./*.mov ./*.m4a

ff() { ffmpeg -hide_banner -loglevel error -y "$@"; }
still() { ff -f lavfi -i "testsrc=size=$1:rate=1" -frames:v 1 "$2"; }
moving() { size=$1; shift; ff -f lavfi -i "testsrc=size=$size:rate=10" -t 1 -c:v libx264 -preset veryfast -pix_fmt yuv420p "$@"; }
tag() { exiftool -q -overwrite_original "$@"; }

# Photographs: 96 x 64 as stored, each orientation, the time with its offset.
still 96x64 plain.jpg
for n in 1 2 3 4 5 6 7 8; do
	cp plain.jpg "orientation-$n.jpg"
	tag -n -Orientation=$n -DateTimeOriginal='2024:05:06 07:08:09' -OffsetTimeOriginal='+08:00' "orientation-$n.jpg"
done
cp plain.jpg no-offset.jpg
tag -DateTimeOriginal='2024:05:06 07:08:09' -Make=Keepsake -Model=Test -GPSLatitude=31.2 -GPSLatitudeRef=N -GPSLongitude=121.5 -GPSLongitudeRef=E no-offset.jpg
cp plain.jpg no-time.jpg
tag '-DateTimeOriginal#=0000:00:00 00:00:00' no-time.jpg
ff -f lavfi -i testsrc=size=48x32:rate=1 -frames:v 1 thumb.jpg
cp orientation-6.jpg thumbnail.jpg
tag '-ThumbnailImage<=thumb.jpg' thumbnail.jpg
rm thumb.jpg

# A phone's motion photo: a video behind the end of the picture.
moving 64x48 motion.mp4
cat orientation-1.jpg motion.mp4 >motion.jpg
rm motion.mp4

still 80x60 plain.png
cp plain.png exif.png
tag -n -Orientation=8 -DateTimeOriginal='2024:05:06 07:08:09' -OffsetTimeOriginal='-03:30' exif.png
still 80x60 plain.gif
ff -f lavfi -i testsrc=size=80x60:rate=5 -t 1 animated.gif
ff -f lavfi -i testsrc=size=80x60:rate=5 -t 1 -f apng -plays 0 animated.png
ff -f lavfi -i testsrc=size=80x60:rate=1 -frames:v 1 -c:v libwebp -quality 80 plain.webp
ff -f lavfi -i testsrc=size=80x60:rate=1 -frames:v 1 -c:v libwebp -lossless 1 lossless.webp
ff -f lavfi -i testsrc=size=80x60:rate=5 -t 1 -c:v libwebp -loop 0 animated.webp
cp plain.webp exif.webp
tag -n -Orientation=6 -DateTimeOriginal='2024:05:06 07:08:09' exif.webp

# The same scene with a place: Shanghai, and north-east of nowhere.
place='-GPSLatitude=31.2 -GPSLatitudeRef=N -GPSLongitude=121.5 -GPSLongitudeRef=E'
cp plain.jpg place.jpg
tag -n -Orientation=6 $place -XMP:City=Shanghai place.jpg
for kind in png webp; do
	cp "plain.$kind" "place.$kind"
	tag -n -Orientation=8 $place -XMP:City=Shanghai "place.$kind"
done

# HEIC. Its decoder turns pictures by their irot property alone, which heif-enc
# does not write: turned.heic gets one of 90 degrees to the left.
heif-enc -q 60 plain.jpg -o plain.heic
heif-enc -q 60 orientation-6.jpg -o exif.heic
heif-enc -q 60 no-offset.jpg -o place.heic
heif-enc -q 60 -A plain.jpg -o plain.avif
python3 - <<'END'
import struct
b = bytearray(open('plain.heic', 'rb').read())
def grow(kind, by):
    i = b.index(kind) - 4
    b[i:i+4] = struct.pack('>I', struct.unpack('>I', b[i:i+4])[0] + by)
    return i, struct.unpack('>I', b[i:i+4])[0] - by
def shift(by):  # the only item begins at mdat
    at, old = b.index(b'iloc') + 4, b.index(b'mdat') + 4
    i = b.index(struct.pack('>I', old - by), at)
    b[i:i+4] = struct.pack('>I', old)
i, size = grow(b'ipco', 9)
props, j = 1, i + 8
while j < i + size:
    props, j = props + 1, j + struct.unpack('>I', b[j:j+4])[0]
b[j:j] = b'\0\0\0\x09irot\x01'
i, size = grow(b'ipma', 1)
b[i+18] += 1
b[i+size:i+size] = bytes([0x80 | props])
grow(b'iprp', 10); grow(b'meta', 10); shift(10)
open('turned.heic', 'wb').write(b)
END

# Videos of one second, 160 x 120 as stored.
made='creation_time=2024-05-06T07:08:09Z'
moving 160x120 -metadata "$made" end.mp4
moving 160x120 -metadata "$made" -movflags +faststart front.mp4
moving 160x120 -metadata "$made" plain.mov
moving 160x120 -movflags frag_keyframe+empty_moov fragmented.mp4
moving 160x120 -f ipod apple.mp4
for n in 90 180 270; do
	cp front.mp4 "rotated-$n.mp4"
	tag -n -Rotation=$n "rotated-$n.mp4"
done
where='+31.2000+121.5000+010.000/'
moving 160x120 -metadata location="$where" place.mp4
moving 160x120 -movflags use_metadata_tags -metadata com.apple.quicktime.location.ISO6709="$where" \
	-metadata com.apple.quicktime.make=Apple -metadata com.apple.quicktime.model='iPhone 15' place.mov
ff -f lavfi -i sine=duration=1 -f lavfi -i testsrc=size=160x120:rate=10 -t 1 -map 0:a -map 1:v \
	-c:a aac -c:v libx264 -preset veryfast -pix_fmt yuv420p audio-first.mp4
ff -f lavfi -i sine=duration=1 -c:a aac -f mp4 audio-only.mp4
